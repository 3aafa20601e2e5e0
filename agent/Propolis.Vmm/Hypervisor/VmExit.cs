namespace Propolis.Vmm.Hypervisor;

/// <summary>
/// One exit. <see cref="Data"/> is the exit buffer itself (native memory of the vCPU): what a handler writes there answers a read when the
/// vCPU runs next. Valid until then. String I/O arrives with <see cref="Count"/> above 1, elements one after the other.
/// </summary>
public readonly ref struct VmExit
{
    /// <summary><see cref="Address"/> of a <see cref="VmExitKind.Suspended"/> exit that asks for power-off; any other asks for a reset.</summary>
    public const ulong PowerOff = 1;

    /// <summary>An exit without data.</summary>
    public VmExit(VmExitKind kind, ulong address = 0)
    {
        Kind = kind;
        Address = address;
    }

    /// <summary>An access of <paramref name="count"/> elements of <paramref name="size"/> bytes.</summary>
    public VmExit(VmExitKind kind, ulong address, int size, int count, Span<byte> data)
    {
        Kind = kind;
        Address = address;
        Size = size;
        Count = count;
        Data = data;
    }

    /// <summary>Why.</summary>
    public VmExitKind Kind { get; }

    /// <summary>Port, guest-physical address, MSR index, failure code, or what a suspended guest wants.</summary>
    public ulong Address { get; }

    /// <summary>Bytes per element: 1, 2, 4 or 8; any number up to 8 for a memory access that crosses a page.</summary>
    public int Size { get; }

    /// <summary>Elements; 1 but for string I/O.</summary>
    public int Count { get; }

    /// <summary><see cref="Size"/> times <see cref="Count"/> bytes.</summary>
    public Span<byte> Data { get; }
}
