from rest_framework.routers import DefaultRouter

from . import views

router = DefaultRouter(use_regex_path=False)
router.include_format_suffixes = False
# % for resource in project.api.resources
{{ resource.registration }}
# % endfor

urlpatterns = router.urls
