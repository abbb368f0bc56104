"""Stakeholder collaboration in public programmes: no number without evidence."""
