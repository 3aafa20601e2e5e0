using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>One KVM vCPU: its descriptor and the page it shares with the kernel, through which every exit goes.</summary>
sealed unsafe class KvmVcpu : IVcpu
{
    readonly KvmVirtualMachine _machine;
    readonly DescriptorHandle _descriptor;
    readonly KvmVcpuRegisters _registers;
    readonly KvmRun* _run;
    readonly nuint _runLength;
    int _runner;
    int _nmiRequested;
    int _lastError;
    bool _hasHeldExit;
    bool _disposed;

    public KvmVcpu(KvmVirtualMachine machine, DescriptorHandle descriptor, int id, nuint runLength, KvmVcpuRegisters registers)
    {
        _machine = machine;
        _descriptor = descriptor;
        _registers = registers;
        _runLength = runLength;
        Id = id;
        var page = KvmLibrary.Map(0, runLength, KvmLibrary.ProtectRead | KvmLibrary.ProtectWrite, KvmLibrary.MapShared, descriptor.Value, 0);
        if (page == KvmLibrary.MapFailed) KvmCall.Check(-1, $"map the run page of vCPU {id}");
        _run = (KvmRun*)page;
    }

    /// <inheritdoc/>
    public int Id { get; }

    /// <summary>The state behind the run page.</summary>
    public KvmVcpuRegisters Registers => _registers;

    /// <inheritdoc/>
    public VmExit Run()
    {
        if (_hasHeldExit)
        {
            _hasHeldExit = false;
            return Translate();
        }
        PublishRunner();
        if (_nmiRequested != 0) DeliverNmi();
        return Enter() ? Translate() : Refused();
    }

    /// <inheritdoc/>
    public void Kick()
    {
        // Kicked already, and not looked at since: whoever set the byte also sends the signal. A flood of kicks must not become one of signals,
        // which would keep the vCPU's thread from doing anything else.
        if (Interlocked.Exchange(ref _run->ImmediateExit, 1) != 0) return;
        // The exchange is a full fence between the byte and the load of the runner, as PublishRunner's is between the runner and the kernel's
        // load of the byte: one of the two sees the other, so either the kernel returns at once or the signal finds its thread.
        var runner = Volatile.Read(ref _runner);
        if (runner != 0) KickSignal.Send(runner);
    }

    /// <inheritdoc/>
    public void ClearKick()
    {
        Volatile.Write(ref _run->ImmediateExit, 0);
        // The caller looks at its flags next; they must not be read before the byte is cleared.
        Interlocked.MemoryBarrier();
    }

    /// <inheritdoc/>
    public bool Quiesce()
    {
        if (_hasHeldExit) return false;
        PublishRunner();
        if (_nmiRequested != 0) DeliverNmi();
        var wasKicked = Volatile.Read(ref _run->ImmediateExit);
        Volatile.Write(ref _run->ImmediateExit, 1);
        _hasHeldExit = Enter() && _run->ExitReason != KvmConstants.ExitIntr;
        // A kick that came meanwhile may be forgotten here: whoever quiesces looks at its flags afterwards.
        Volatile.Write(ref _run->ImmediateExit, wasKicked);
        return !_hasHeldExit;
    }

    /// <inheritdoc/>
    public void InjectNmi()
    {
        // KVM_NMI from another thread would wait until this vCPU leaves the guest by itself, so its own thread makes the call.
        Interlocked.Exchange(ref _nmiRequested, 1);
        Kick();
    }

    /// <inheritdoc/>
    public void SetLongModeEntry(LongModeEntry entry) => _registers.SetLongModeEntry(entry);

    /// <inheritdoc/>
    public string DescribeFailure() => KvmFailure.Describe(Id, in *_run, _lastError, _registers.InstructionPointer);

    /// <inheritdoc/>
    public void Export(StateWriter writer)
    {
        _machine.RequireFrozenTime();
        if (_nmiRequested != 0) DeliverNmi();
        _registers.Capture().Write(writer);
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        _machine.RequireFrozenTime();
        var state = VcpuPayload.Read(reader);
        reader.ExpectEnd();
        _registers.Adopt(state, reader.Owner);
        Forget();
    }

    /// <summary>Returns to the state of creation.</summary>
    public void Reset()
    {
        _registers.Reset();
        Forget();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _ = KvmLibrary.Unmap((nint)_run, _runLength);
        _descriptor.Dispose();
    }

    void PublishRunner()
    {
        var current = KickSignal.CurrentThread;
        if (_runner != current) Interlocked.Exchange(ref _runner, current);
    }

    // True when the kernel has put an exit into the run page. Look at the result first: after EINTR the page holds the exit before.
    bool Enter()
    {
        if (KvmLibrary.Ioctl(_descriptor.Value, KvmIoctl.Run, 0) >= 0) return true;
        _lastError = Marshal.GetLastPInvokeError();
        return false;
    }

    // EAGAIN: an application processor took its INIT or SIPI and wants to be entered again.
    VmExit Refused() => _lastError is KvmLibrary.Eintr or KvmLibrary.Eagain
        ? new VmExit(VmExitKind.Interrupted)
        : new VmExit(VmExitKind.Failed, (ulong)_lastError);

    VmExit Translate()
    {
        _lastError = 0;
        switch (_run->ExitReason)
        {
            case KvmConstants.ExitIo:
                // SAFETY: the kernel points into its own mapping of this vCPU, size and count fit in the page after the run structure.
                var data = new Span<byte>((byte*)_run + _run->IoDataOffset, _run->IoSize * (int)_run->IoCount);
                var port = _run->IoDirection == KvmConstants.ExitIoIn ? VmExitKind.PortRead : VmExitKind.PortWrite;
                return new VmExit(port, _run->IoPort, _run->IoSize, (int)_run->IoCount, data);
            case KvmConstants.ExitMmio:
                var length = (int)_run->MmioLen;
                var access = _run->MmioIsWrite != 0 ? VmExitKind.MemoryWrite : VmExitKind.MemoryRead;
                // SAFETY: eight bytes of the run page; the kernel gives at most eight at once.
                return new VmExit(access, _run->MmioPhysAddr, length, 1, new Span<byte>(_run->MmioData, length));
            case KvmConstants.ExitX86Rdmsr:
                _run->MsrError = 0;
                _run->MsrData = 0;
                return MsrExit(VmExitKind.MsrRead);
            case KvmConstants.ExitX86Wrmsr:
                _run->MsrError = 0;
                return MsrExit(VmExitKind.MsrWrite);
            case KvmConstants.ExitIntr or KvmConstants.ExitIrqWindowOpen:
                return new VmExit(VmExitKind.Interrupted);
            case KvmConstants.ExitShutdown:
                return new VmExit(VmExitKind.TripleFault);
            case KvmConstants.ExitSystemEvent:
                return new VmExit(VmExitKind.Suspended, _run->SystemEventType);
            default:
                return new VmExit(VmExitKind.Failed, _run->ExitReason);
        }
    }

    // SAFETY: eight bytes of the run page.
    VmExit MsrExit(VmExitKind kind) => new(kind, _run->MsrIndex, 8, 1, new Span<byte>(&_run->MsrData, 8));

    void DeliverNmi()
    {
        if (Interlocked.Exchange(ref _nmiRequested, 0) != 0) _registers.InjectNmi();
    }

    // What belongs to the state before: an NMI asked for, an exit held back.
    void Forget()
    {
        _hasHeldExit = false;
        Interlocked.Exchange(ref _nmiRequested, 0);
    }
}
