namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>A part of a chain as a driver offers it.</summary>
readonly record struct DriverBuffer(ulong Address, uint Length, bool IsWritable);
