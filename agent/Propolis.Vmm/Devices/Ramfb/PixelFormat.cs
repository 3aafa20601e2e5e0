namespace Propolis.Vmm.Devices.Ramfb;

/// <summary>Pixel formats that a guest may choose, by their DRM code (Linux, drm_fourcc.h); little-endian in memory.</summary>
public enum PixelFormat : uint
{
    /// <summary>16 bits: 5 red, 6 green, 5 blue, from the top ("RG16").</summary>
    Rgb565 = 0x36314752,

    /// <summary>24 bits: bytes blue, green, red ("RG24").</summary>
    Rgb888 = 0x34324752,

    /// <summary>32 bits: bytes blue, green, red, unused ("XR24").</summary>
    Xrgb8888 = 0x34325258,

    /// <summary>32 bits: bytes red, green, blue, unused ("XB24").</summary>
    Xbgr8888 = 0x34324258,
}
