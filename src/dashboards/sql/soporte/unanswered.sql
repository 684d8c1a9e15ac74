select over_2h, waiting, over_2h_business, longest_seconds, as_of
from kpi.unanswered_now
