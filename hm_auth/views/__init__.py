"""The pages of a module that come with this package."""
