select registered, active_30_days, users_as_of
from kpi.registered_users
