select opened
from kpi.whatsapp_conversations({{desde}}::date, {{hasta}}::date)
