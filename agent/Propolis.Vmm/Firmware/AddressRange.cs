namespace Propolis.Vmm.Firmware;

/// <summary>A run of guest-physical addresses; empty when <see cref="Length"/> is 0.</summary>
/// <param name="Start">First address.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct AddressRange(ulong Start, ulong Length)
{
    /// <summary>First address behind the range.</summary>
    public ulong End => Start + Length;

    /// <summary>True for a range without addresses.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The range from <paramref name="start"/> up to, not including, <paramref name="end"/>; empty when they cross.</summary>
    public static AddressRange Between(ulong start, ulong end) => new(start, end > start ? end - start : 0);
}
