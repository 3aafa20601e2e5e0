using System.Runtime.InteropServices;

namespace Propolis.Vmm.Devices.Virtio.Queue;

/// <summary>struct virtq_used_elem, 8 bytes (VIRTIO 1.2, 2.7.8).</summary>
/// <param name="Id">Head of the chain that was used.</param>
/// <param name="Length">Bytes that the device wrote into the chain's writable part.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct UsedElement(uint Id, uint Length);
