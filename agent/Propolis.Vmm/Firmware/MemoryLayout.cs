namespace Propolis.Vmm.Firmware;

/// <summary>
/// Where things lie in guest-physical memory (facts: propolis.md section 1.3): RAM from 0 up to 3 GiB, 32-bit device windows, the optional ECAM, the
/// boot ROM that ends at 4 GiB, the rest of the RAM from 4 GiB, 64-bit device windows behind it. Computed from the amount of memory alone.
/// </summary>
public sealed record MemoryLayout
{
    /// <summary>Most RAM below 4 GiB.</summary>
    public const ulong LowMemoryLimit = 3UL << 30;

    /// <summary>Where RAM goes on that does not fit below.</summary>
    public const ulong HighMemoryStart = 4UL << 30;

    /// <summary>End of the 64-bit device window, 16 TiB.</summary>
    public const ulong Device64End = 0x1000_0000_0000;

    /// <summary>Legacy video memory and option ROMs start here; below is conventional memory.</summary>
    public const ulong ConventionalMemoryEnd = 0xa_0000;

    /// <summary>First byte of the extended BIOS data area, the last KiB of conventional memory.</summary>
    public const ulong ExtendedBiosDataArea = 0x9_fc00;

    /// <summary>The area where a BIOS lives in real mode, 128 KiB that end at 1 MiB.</summary>
    public static readonly AddressRange BiosArea = new(0xe_0000, 0x2_0000);

    /// <summary>Window for 32-bit memory BARs behind the largest low memory.</summary>
    public static readonly AddressRange Device32 = new(0xc000_0000, 0x2000_0000);

    /// <summary>The PCI Express configuration window, 1 MiB a bus, when the machine has one.</summary>
    public static readonly AddressRange Ecam = new(0xe000_0000, 0x1000_0000);

    /// <summary>IO APIC registers.</summary>
    public const ulong IoApic = 0xfec0_0000;

    /// <summary>Local APIC registers.</summary>
    public const ulong LocalApic = 0xfee0_0000;

    /// <summary>Largest boot ROM, persistent variables included: it ends at 4 GiB and stays clear of the local APICs. OVMF comes in 2 and in 4 MiB.</summary>
    public const ulong MaxBootRomLength = 16UL << 20;

    MemoryLayout(ulong total)
    {
        Total = total;
        Low = new AddressRange(0, Math.Min(total, LowMemoryLimit));
        High = new AddressRange(HighMemoryStart, total - Low.Length);
    }

    /// <summary>Bytes of RAM.</summary>
    public ulong Total { get; }

    /// <summary>RAM from address 0.</summary>
    public AddressRange Low { get; }

    /// <summary>RAM from 4 GiB; empty for small machines.</summary>
    public AddressRange High { get; }

    /// <summary>Device window above all RAM.</summary>
    public AddressRange Device64 => AddressRange.Between(High.End, Device64End);

    /// <summary>
    /// The layout for <paramref name="total"/> bytes: a multiple of 1 MiB, small enough to leave room below 16 TiB. The caller has checked a user's number with <see cref="Check"/>.
    /// </summary>
    public static MemoryLayout For(ulong total)
    {
        if (Check(total) is { } complaint) throw new ArgumentOutOfRangeException(nameof(total), complaint);
        return new MemoryLayout(total);
    }

    /// <summary>Null when <see cref="For"/> takes this many bytes, otherwise a sentence for the user.</summary>
    public static string? Check(ulong total) => total switch
    {
        0 => "The machine has no memory: give it at least 1 MiB.",
        _ when total % (1 << 20) != 0 => $"Memory of {total} bytes is not a multiple of 1 MiB.",
        > Device64End / 2 => $"Memory of {total >> 30} GiB is more than the {Device64End >> 31} GiB that a machine may have.",
        _ => null,
    };
}
