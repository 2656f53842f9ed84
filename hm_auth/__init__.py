"""The one package a HiveMatrix module needs: sign-in, tokens, directory access, common look."""
