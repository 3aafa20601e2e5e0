namespace Propolis.Vmm.Devices.Ps2;

/// <summary>A key of a PC keyboard, by its place: its set-2 code, and whether the extended prefix goes before it.</summary>
public readonly record struct Ps2Key(byte Code, bool IsExtended = false)
{
    internal const byte PauseCode = 0xe1;
    internal const byte PrintScreenCode = 0xe2;

    /// <summary>Pause, which sends a sequence of its own.</summary>
    public static readonly Ps2Key Pause = new(PauseCode);

    /// <summary>Print Screen, which sends a sequence of its own.</summary>
    public static readonly Ps2Key PrintScreen = new(PrintScreenCode);
}
