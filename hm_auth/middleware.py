from django.contrib.auth.middleware import AuthenticationMiddleware  # noqa: F401
from django.utils.deprecation import MiddlewareMixin


class RequestIdMiddleware(MiddlewareMixin):
    pass


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    pass
