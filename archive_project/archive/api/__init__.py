"""Archive over REST, with the building blocks of hm_auth.rest."""
