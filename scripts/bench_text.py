"""What the reports of scripts/bench have in common: where they were measured, and pictures."""
import os
import platform
import time


def measured():
    """When and on what, as a sentence."""
    return f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, Linux {'.'.join(platform.release().split('.')[:2])}."


def picture(width, height, parts):
    """An SVG of elements on white."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" font-family="sans-serif" font-size="12">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"])
