"""What the pages are made of: shared controls, computed results, the viewer. Only here streamlit is imported."""
