using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Migration;

/// <summary>A run of the guest's memory.</summary>
public sealed record MigratedRegion(ulong Address, ulong Length, MemoryKind Kind);
