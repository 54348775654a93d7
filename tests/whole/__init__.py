"""The whole house in one process and in virtual time."""
