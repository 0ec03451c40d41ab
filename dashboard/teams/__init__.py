"""People, teams, roles, invitations, log-in."""
