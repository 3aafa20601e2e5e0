using System.Runtime.InteropServices;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor;

/// <summary>Blittable structures in payloads: a length, then their bytes, little-endian.</summary>
static class StateStructure
{
    /// <summary>Writes one structure.</summary>
    public static void Write<T>(StateWriter writer, in T value) where T : unmanaged =>
        writer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Reads one structure of exactly this length.</summary>
    public static T Read<T>(StateReader reader) where T : unmanaged
    {
        T value = default;
        reader.ReadBytes(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }
}
