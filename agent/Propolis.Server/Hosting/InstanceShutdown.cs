using Propolis.Server.Instances;
using Propolis.Vmm.Machine;

namespace Propolis.Server.Hosting;

/// <summary>Switches the VM off when the process is told to end, so that disks are flushed and closed.</summary>
sealed class InstanceShutdown(InstanceSlot slot, TimeProvider clock) : IHostedService
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (slot.CurrentOrNone is not { IsOver: false } instance) return;
        instance.Request(new MachineRequest(MachineRequestKind.Stop));
        try
        {
            await instance.Ended.WaitAsync(Limit, clock, cancellationToken);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            // A disk that hangs must not keep the process: the kernel closes what is left.
        }
    }
}
