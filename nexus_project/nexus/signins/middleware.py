from django.contrib.auth.middleware import AuthenticationMiddleware  # noqa: F401
