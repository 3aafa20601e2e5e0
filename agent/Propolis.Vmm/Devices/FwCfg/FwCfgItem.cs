namespace Propolis.Vmm.Devices.FwCfg;

/// <summary>One thing that the guest can select and read; with a sink it can also write it through DMA.</summary>
/// <param name="Key">Selector.</param>
/// <param name="Name">The file's name in the directory, null for items with a fixed selector.</param>
/// <param name="Content">What the guest reads; replaced, not changed, by writes.</param>
/// <param name="Sink">Takes the guest's writes; null for a read-only item.</param>
public sealed record FwCfgItem(ushort Key, string? Name, byte[] Content, IFwCfgSink? Sink);
