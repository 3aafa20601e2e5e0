using System.Runtime.InteropServices;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// Has the kernel ring for submission queues with a shadow doorbell: their value is in memory, so the guest's write need not leave the guest. All other doorbells carry
/// their value in the write and are taken as exits.
/// </summary>
sealed class NvmeDoorbells(SafeHandle eventFd) : IDisposable
{
    readonly Lock _gate = new();
    readonly IDisposable?[] _bindings = new IDisposable?[NvmeRules.MaxQueues];
    ulong? _registers;
    uint _queues;

    /// <summary>The registers are mapped elsewhere now, or nowhere.</summary>
    public void Move(DoorbellBinder? binder, ulong? registers)
    {
        lock (_gate)
        {
            if (_registers == registers) return;
            Unbind(uint.MaxValue);
            _registers = registers;
            Bind(binder);
        }
    }

    /// <summary>Binds the submission queues of a bit set, and no others.</summary>
    public void Select(DoorbellBinder? binder, uint queues)
    {
        lock (_gate)
        {
            if (_queues == queues) return;
            Unbind(~queues);
            _queues = queues;
            Bind(binder);
        }
    }

    /// <summary>Unbinds all.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Unbind(uint.MaxValue);
            _queues = 0;
        }
    }

    void Bind(DoorbellBinder? binder)
    {
        if (binder is null || _registers is not { } registers) return;
        for (var id = 1; id < NvmeRules.MaxQueues; id++)
        {
            if ((_queues >> id & 1) == 0 || _bindings[id] is not null) continue;
            var doorbell = new DoorbellAddress(false, registers + RegisterOffset.Doorbells + (ulong)id * 8, sizeof(uint), null);
            binder(doorbell, eventFd, out _bindings[id]);
        }
    }

    void Unbind(uint queues)
    {
        for (var id = 1; id < NvmeRules.MaxQueues; id++)
        {
            if ((queues >> id & 1) == 0) continue;
            _bindings[id]?.Dispose();
            _bindings[id] = null;
        }
    }
}
