"""Webhooks: a module tells other programs what happened, signed, retried and logged.

The format is that of Standard Webhooks (standardwebhooks.com): the headers ``webhook-id``,
``webhook-timestamp`` and ``webhook-signature``. A module names its events in ``HM_WEBHOOKS``.
"""
