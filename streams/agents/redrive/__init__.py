"""The role `redrive`: carries out decisions about quarantined records; alone among workers it opens them."""
