"""The doors through which telephone switches ask for calls; one folder for each protocol they speak."""
