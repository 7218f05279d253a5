"""What lessons measure: functions of a view that return plain numbers, live, through the same analysis as the pages."""
