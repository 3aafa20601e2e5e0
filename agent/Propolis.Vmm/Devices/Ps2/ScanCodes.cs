namespace Propolis.Vmm.Devices.Ps2;

/// <summary>
/// Scan code sets 1 and 2. A key is known by its set-2 code; set 1 follows by the table that every 8042 holds (IBM PS/2 Hardware Interface Technical Reference,
/// "Keyboard/Auxiliary Device Controller", scan code translation).
/// </summary>
public static class ScanCodes
{
    /// <summary>Set 2: the next code is a release.</summary>
    public const byte Release = 0xf0;

    /// <summary>Both sets: the next code is an extended one.</summary>
    public const byte Extended = 0xe0;

    static ReadOnlySpan<byte> Set1 =>
    [
        0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59,
        0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b,
        0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d,
        0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f,
        0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61,
        0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76,
        0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f,
        0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54,
        0x80, 0x81, 0x82, 0x41, 0x54,
    ];

    /// <summary>What an 8042 with translation makes of a byte from the keyboard; the release prefix is the caller's to hold back.</summary>
    public static byte Translate(byte set2) => set2 < Set1.Length ? Set1[set2] : set2;

    /// <summary>Appends a press or release to <paramref name="queue"/> in set 1 or 2. False, with nothing appended, when it does not fit.</summary>
    public static bool TryAppend(Ps2Queue queue, Ps2Key key, bool down, int set)
    {
        Span<byte> codes = stackalloc byte[8];
        var count = Compose(key, down, codes);
        if (set == 1) count = ToSet1(codes[..count]);
        if (count > queue.Room) return false;
        foreach (var code in codes[..count]) queue.Add(code);
        return true;
    }

    static int Compose(Ps2Key key, bool down, Span<byte> codes)
    {
        // Two keys send sequences of their own: Pause everything at once and nothing on release, Print Screen a shift around its code.
        ReadOnlySpan<byte> sequence = (key.Code, down) switch
        {
            (Ps2Key.PauseCode, true) => [0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77],
            (Ps2Key.PauseCode, false) => [],
            (Ps2Key.PrintScreenCode, true) => [0xe0, 0x12, 0xe0, 0x7c],
            (Ps2Key.PrintScreenCode, false) => [0xe0, 0xf0, 0x7c, 0xe0, 0xf0, 0x12],
            _ => default,
        };
        if (key.Code is Ps2Key.PauseCode or Ps2Key.PrintScreenCode)
        {
            sequence.CopyTo(codes);
            return sequence.Length;
        }
        var count = 0;
        if (key.IsExtended) codes[count++] = Extended;
        if (!down) codes[count++] = Release;
        codes[count++] = key.Code;
        return count;
    }

    static int ToSet1(Span<byte> codes)
    {
        var count = 0;
        byte release = 0;
        foreach (var code in codes)
        {
            if (code == Release) release = 0x80;
            else
            {
                codes[count++] = (byte)(Translate(code) | release);
                release = 0;
            }
        }
        return count;
    }
}
