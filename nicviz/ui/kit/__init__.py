"""What pages are built with: live work, choices, tables, figures, downloads."""
