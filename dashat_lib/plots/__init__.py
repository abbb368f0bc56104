"""Figures: a table and an Axes in, the Axes out; each plot has a twin that says in words what the table shows."""
