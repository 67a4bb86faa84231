"""The decoder-only experiment as a panel: the larger runs that come with the app, and one's own."""
