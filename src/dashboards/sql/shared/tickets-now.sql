select open, pending, snoozed, with_bot, as_of
from kpi.tickets_now
