select users_registered, users_as_of
from kpi.executive_summary
