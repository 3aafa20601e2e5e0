using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Firmware;

/// <summary>What firmware tables say about the processors: taken from the guest's CPUID leaves.</summary>
/// <param name="Vendor">Leaf 0, "AuthenticAMD".</param>
/// <param name="Brand">Leaves 0x80000002 to 4, without padding.</param>
/// <param name="Signature">Leaf 1, EAX.</param>
/// <param name="Features">Leaf 1, EDX.</param>
/// <param name="PhysicalAddressBits">Leaf 0x80000008, EAX bits 0 to 7.</param>
public sealed record ProcessorIdentity(string Vendor, string Brand, uint Signature, uint Features, int PhysicalAddressBits)
{
    const int DefaultAddressBits = 36;

    /// <summary>From a guest's leaves; what they lack is empty.</summary>
    public static ProcessorIdentity From(IReadOnlyList<CpuidEntry> leaves)
    {
        CpuidEntry Leaf(uint number) => leaves.FirstOrDefault(l => l.Leaf == number);
        var (zero, one, bits) = (Leaf(0), Leaf(1), (int)(Leaf(0x80000008).Eax & 0xff));
        uint[] brand = [.. new uint[] { 0x80000002, 0x80000003, 0x80000004 }.Select(Leaf).SelectMany(l => new[] { l.Eax, l.Ebx, l.Ecx, l.Edx })];
        return new ProcessorIdentity(Ascii([zero.Ebx, zero.Edx, zero.Ecx]), Ascii(brand), one.Eax, one.Edx, bits is >= 32 and <= 52 ? bits : DefaultAddressBits);
    }

    /// <summary>From the processor that this runs on: a guest without leaves of its own sees that one.</summary>
    public static ProcessorIdentity OfHost() => From(X86Base.IsSupported ? [.. new uint[] { 0, 1, 0x80000002, 0x80000003, 0x80000004, 0x80000008 }.Select(ReadHost)] : []);

    static CpuidEntry ReadHost(uint leaf)
    {
        var (eax, ebx, ecx, edx) = X86Base.CpuId((int)leaf, 0);
        return new CpuidEntry(leaf, null, (uint)eax, (uint)ebx, (uint)ecx, (uint)edx);
    }

    static string Ascii(uint[] registers) => Encoding.ASCII.GetString(MemoryMarshal.AsBytes<uint>(registers)).Trim('\0', ' ');
}
