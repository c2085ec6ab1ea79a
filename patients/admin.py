"""The admin pages of this app, gathered from its folders."""
