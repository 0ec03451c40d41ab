"""Django finds models by this name; each room keeps its own."""

from klaviyo_app.accounts.models import *
from klaviyo_app.connecting.models import *
from klaviyo_app.jobs.models import *
from klaviyo_app.mirror.models import *
from klaviyo_app.pages.models import *
from klaviyo_app.resources.campaigns.models import *
from klaviyo_app.resources.coupons.models import *
from klaviyo_app.resources.email_templates.models import *
from klaviyo_app.resources.flows.models import *
from klaviyo_app.resources.lists.models import *
from klaviyo_app.resources.metrics.models import *
from klaviyo_app.resources.results.models import *
from klaviyo_app.resources.segments.models import *
from klaviyo_app.resources.webhooks.models import *
from klaviyo_app.sending.models import *
