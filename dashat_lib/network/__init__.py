"""The network of stakeholders."""
