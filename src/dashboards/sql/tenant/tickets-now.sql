select open, pending, with_bot, as_of
from kpi.tickets_now
