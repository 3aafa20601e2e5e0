namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>Guest-physical addresses of a queue's three parts (VIRTIO 1.2, 2.6).</summary>
/// <param name="Descriptors">Descriptor area: the descriptor table.</param>
/// <param name="Driver">Driver area: the available ring.</param>
/// <param name="Device">Device area: the used ring.</param>
public readonly record struct QueueAreas(ulong Descriptors, ulong Driver, ulong Device);
