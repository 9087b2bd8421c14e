"""What is seen: window, actions, theme, canvas, panels. The only room with QtWidgets."""
