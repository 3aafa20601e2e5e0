using System.Numerics;

namespace Propolis.Vmm.Hypervisor;

/// <summary>
/// What a guest is told about its processor (Intel SDM vol. 2 "CPUID", AMD APM vol. 3 appendix E). The topology is one package with one
/// core per vCPU, one thread per core; the APIC id is the vCPU's number.
/// </summary>
public static class CpuidRules
{
    const uint Vmx = 1u << 5;
    const uint Svm = 1u << 2;
    const uint HypervisorPresent = 1u << 31;
    const uint HyperThreading = 1u << 28;
    const uint CmpLegacy = 1u << 1;
    const uint OsXsave = 1u << 27;
    const uint OsPke = 1u << 4;

    /// <summary>First leaf of the range that belongs to the hypervisor; 256 leaves.</summary>
    public const uint HypervisorLeaves = 0x40000000;

    /// <summary>
    /// What hosts offer guests out of what <paramref name="host"/> supports: without nested virtualization, whose state does not migrate,
    /// with <paramref name="extraFeatures"/> in leaf 1 ECX, and with the bit that tells a guest where it is.
    /// </summary>
    public static CpuidEntry[] ForGuests(IReadOnlyList<CpuidEntry> host, uint extraFeatures)
    {
        var list = new List<CpuidEntry>(host.Count);
        foreach (var entry in host)
        {
            switch (entry.Leaf)
            {
                case 1:
                    list.Add(entry with { Ecx = (entry.Ecx & ~Vmx) | extraFeatures | HypervisorPresent });
                    break;
                case 0x80000001:
                    list.Add(entry with { Ecx = entry.Ecx & ~Svm });
                    break;
                case 0x8000000a:
                    break;
                default:
                    list.Add(entry);
                    break;
            }
        }
        return [.. list];
    }

    /// <summary>
    /// The leaves that a guest with an explicit list sees: its own, and the host's hypervisor leaves where it names none (without them there is no
    /// paravirtual clock).
    /// </summary>
    public static CpuidEntry[] WithHypervisorLeaves(IReadOnlyList<CpuidEntry> wanted, IReadOnlyList<CpuidEntry> host) =>
        wanted.Any(IsHypervisorLeaf) ? [.. wanted] : [.. wanted, .. host.Where(IsHypervisorLeaf)];

    /// <summary>The list of vCPU <paramref name="id"/> out of <paramref name="count"/>: APIC id and topology filled in.</summary>
    public static CpuidEntry[] ForVcpu(IReadOnlyList<CpuidEntry> entries, int id, int count)
    {
        var isAmd = IsAmd(entries);
        var list = new List<CpuidEntry>(entries.Count + 3);
        foreach (var entry in entries)
        {
            if (entry.Leaf is 0xb or 0x1f or 0x80000026) continue;
            list.Add(Specialize(entry, (uint)id, (uint)count, isAmd));
        }
        if (entries.Any(e => e.Leaf == 0xb)) AddTopology(list, (uint)id, (uint)count);
        return [.. list.OrderBy(e => e.Leaf).ThenBy(e => e.Subleaf ?? 0)];
    }

    /// <summary>
    /// Null when a guest that was started with <paramref name="guest"/> can go on where <paramref name="host"/> is what guests can have;
    /// otherwise a sentence that names what is missing.
    /// </summary>
    public static string? FindObstacle(IReadOnlyList<CpuidEntry> guest, IReadOnlyList<CpuidEntry> host)
    {
        if (Vendor(guest) != Vendor(host))
            return $"the guest was started on a processor of \"{Vendor(guest)}\", this host's is of \"{Vendor(host)}\"";
        foreach (var entry in guest)
        {
            var mask = FeatureMask(entry);
            if (mask == default) continue;
            var offered = Find(host, entry.Leaf, entry.Subleaf);
            var missing = new CpuidEntry(entry.Leaf, entry.Subleaf, entry.Eax & mask.Eax & ~offered.Eax, entry.Ebx & mask.Ebx & ~offered.Ebx,
                entry.Ecx & mask.Ecx & ~offered.Ecx, entry.Edx & mask.Edx & ~offered.Edx);
            if (Describe(missing) is { } sentence) return sentence;
        }
        return FindXsaveObstacle(guest, host);
    }

    static CpuidEntry Specialize(CpuidEntry entry, uint id, uint count, bool isAmd) => entry.Leaf switch
    {
        1 => entry with
        {
            Ebx = (entry.Ebx & 0xffff) | (count << 16) | (id << 24),
            Edx = count > 1 ? entry.Edx | HyperThreading : entry.Edx & ~HyperThreading,
        },
        4 => WithCacheSharing(entry, count, coresField: true),
        0x80000001 when isAmd => entry with { Ecx = count > 1 ? entry.Ecx | CmpLegacy : entry.Ecx & ~CmpLegacy },
        0x80000008 when isAmd => entry with { Ecx = (entry.Ecx & ~0xf0ffu) | (count - 1) | (IdBits(count) << 12) },
        0x8000001d => WithCacheSharing(entry, count, coresField: false),
        0x8000001e => entry with { Eax = id, Ebx = id, Ecx = 0, Edx = 0 },
        _ => entry,
    };

    // First and second level caches belong to a core; the last level is the package's. Type 0 in the low bits ends the list.
    static CpuidEntry WithCacheSharing(CpuidEntry entry, uint count, bool coresField)
    {
        if ((entry.Eax & 0x1f) == 0) return entry;
        var sharers = ((entry.Eax >> 5) & 7) >= 3 ? count - 1 : 0;
        var cores = coresField ? Math.Min(count - 1, 63) << 26 : entry.Eax & 0xfc000000;
        return entry with { Eax = (entry.Eax & 0x3fff) | (sharers << 14) | cores };
    }

    static void AddTopology(List<CpuidEntry> list, uint id, uint count)
    {
        const uint threads = 1 << 8, cores = 2 << 8;
        list.Add(new(0xb, 0, 0, 1, threads, id));
        list.Add(new(0xb, 1, IdBits(count), count, cores | 1, id));
        list.Add(new(0xb, 2, 0, 0, 2, id));
    }

    static uint IdBits(uint count) => (uint)BitOperations.Log2(BitOperations.RoundUpToPowerOf2(count));

    // Bits that say what software may use; zero where a leaf says how much, or changes while the guest runs.
    static CpuidEntry FeatureMask(CpuidEntry entry) => (entry.Leaf, entry.Subleaf ?? 0) switch
    {
        (1, _) => new(0, null, 0, 0, ~(OsXsave | HypervisorPresent), ~HyperThreading),
        (7, 0) => new(0, null, 0, uint.MaxValue, ~OsPke, uint.MaxValue),
        (7, 1 or 2) => new(0, null, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue),
        (0xd, 0) => new(0, null, uint.MaxValue, 0, 0, uint.MaxValue),
        (0xd, 1) => new(0, null, uint.MaxValue, 0, uint.MaxValue, uint.MaxValue),
        (HypervisorLeaves + 1, _) => new(0, null, uint.MaxValue, 0, 0, 0),
        (0x80000001, _) => new(0, null, 0, 0, ~CmpLegacy, uint.MaxValue),
        (0x80000007, _) => new(0, null, 0, 0, 0, uint.MaxValue),
        (0x80000008, _) => new(0, null, 0, uint.MaxValue, 0, 0),
        _ => default,
    };

    static string? Describe(CpuidEntry missing)
    {
        var (register, bits) = missing switch
        {
            { Eax: not 0 } => ("EAX", missing.Eax),
            { Ebx: not 0 } => ("EBX", missing.Ebx),
            { Ecx: not 0 } => ("ECX", missing.Ecx),
            { Edx: not 0 } => ("EDX", missing.Edx),
            _ => ("", 0u),
        };
        if (bits == 0) return null;
        var subleaf = missing.Subleaf is { } index ? $" subleaf {index}" : "";
        return $"the guest may use processor features that this host lacks: CPUID leaf 0x{missing.Leaf:x}{subleaf} {register} bits 0x{bits:x}";
    }

    // An XSAVE area is exchanged as bytes, so its components must lie at the same places.
    static string? FindXsaveObstacle(IReadOnlyList<CpuidEntry> guest, IReadOnlyList<CpuidEntry> host)
    {
        var enabled = Find(guest, 0xd, 0).Eax;
        foreach (var entry in guest)
        {
            if (entry is not { Leaf: 0xd, Subleaf: >= 2 and < 32 } || (enabled >> (int)entry.Subleaf.Value & 1) == 0) continue;
            var offered = Find(host, 0xd, entry.Subleaf);
            if (entry.Eax != offered.Eax || entry.Ebx != offered.Ebx)
                return $"XSAVE component {entry.Subleaf} has {entry.Eax} bytes at {entry.Ebx} in the guest, {offered.Eax} at {offered.Ebx} on this host";
        }
        return null;
    }

    static bool IsHypervisorLeaf(CpuidEntry entry) => entry.Leaf is >= HypervisorLeaves and < HypervisorLeaves + 0x100;

    static CpuidEntry Find(IReadOnlyList<CpuidEntry> entries, uint leaf, uint? subleaf)
    {
        foreach (var entry in entries)
        {
            if (entry.Leaf == leaf && (entry.Subleaf ?? 0) == (subleaf ?? 0)) return entry;
        }
        return default;
    }

    static bool IsAmd(IReadOnlyList<CpuidEntry> entries) => Vendor(entries) is "AuthenticAMD" or "HygonGenuine";

    static string Vendor(IReadOnlyList<CpuidEntry> entries)
    {
        var leaf = Find(entries, 0, null);
        return string.Concat(Letters(leaf.Ebx), Letters(leaf.Edx), Letters(leaf.Ecx));
    }

    static string Letters(uint register) =>
        string.Create(4, register, (span, value) =>
        {
            for (var i = 0; i < 4; i++) span[i] = (char)(value >> (8 * i) & 0xff);
        });
}
