"""Telling other systems what happens here.

    hook, secret = subscribe(url, event_types, user)     # the secret is shown this once
    emit("job.finished", subject, payload)               # in the transaction of what happened
    delivery.deliver_due()                               # what a worker does, which alone needs an HTTP client

An event is written for each subscription in the transaction of the change (the outbox), so that it is told if and only
if the change was committed: at least once, and in order for each subject. docs/webhooks.md tells how to verify it.
"""

from pipeline.webhooks.outbox import EVENT_TYPES, emit
from pipeline.webhooks.subscriptions import enable, replace_secret, sign, subscribe, verify
from pipeline.webhooks.targets import TargetRefused, check_target

__all__ = [
    "EVENT_TYPES",
    "TargetRefused",
    "check_target",
    "emit",
    "enable",
    "replace_secret",
    "sign",
    "subscribe",
    "verify",
]
