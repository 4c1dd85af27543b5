"""The judges of what is generated for AWS."""
