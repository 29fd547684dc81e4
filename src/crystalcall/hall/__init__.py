"""The hall that both doors with pages lead into: signing in, second factors, figures in both languages, the script."""
