using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Queue;

namespace Propolis.Vmm.Tests.Devices.Virtio.FakeDriver;

/// <summary>A transport without a bus: counts what the device says. Kicks are noted, not acted on.</summary>
sealed class FakeTransport : IVirtioTransport
{
    int _interrupts;
    int _configurationChanges;
    int _kicks;

    public ulong Features { get; set; }

    public int Interrupts => Volatile.Read(ref _interrupts);

    public int ConfigurationChanges => Volatile.Read(ref _configurationChanges);

    public int Kicks => Volatile.Read(ref _kicks);

    public void QueueUsed(VirtQueue queue) => Interlocked.Increment(ref _interrupts);

    public void ConfigurationChanged() => Interlocked.Increment(ref _configurationChanges);

    public void Kick(int queue) => Interlocked.Increment(ref _kicks);
}
