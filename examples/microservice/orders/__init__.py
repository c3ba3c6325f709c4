"""A small order service: prices orders and answers over HTTP."""
