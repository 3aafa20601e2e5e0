using Iced.Intel;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Tests.Hypervisor;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Bench.Engine;

/// <summary>Exits a second of a guest that does nothing but write to a port: through our engine, and through nothing but KVM_RUN.</summary>
static class ExitRates
{
    const ulong Rom = 0xffff0000;
    const int RomLength = 0x10000;
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    /// <summary>Our vCPU, dispatcher and bus, with a device that counts.</summary>
    public static double OfEngine()
    {
        using var guest = TinyGuest.Reset(new KvmHypervisor(), Program);
        var ports = new AddressBus("port", 0xffff);
        var device = new CountingDevice();
        ports.Register(0x80, 1, device);
        var dispatcher = new VcpuDispatcher(ports, new AddressBus("memory", ulong.MaxValue), new VcpuCounters());
        var vcpu = guest.Vcpu;
        var rate = Measure(() =>
        {
            for (var i = 0; i < 1000; i++)
                dispatcher.Dispatch(vcpu.Run());
        });
        return device.Count > 0 ? rate : throw new InvalidOperationException("the guest wrote nothing");
    }

    /// <summary>What a small C program would do: the same guest, ioctl in a loop, a look at the exit reason.</summary>
    public static unsafe double OfBareLoop()
    {
        var kvm = Check(KvmLibrary.Open("/dev/kvm", KvmLibrary.OpenReadWrite | KvmLibrary.OpenCloseOnExec), "open /dev/kvm");
        var vm = Check(KvmLibrary.Ioctl(kvm, KvmIoctl.CreateVm, 0), "create a VM");
        const int readWrite = KvmLibrary.ProtectRead | KvmLibrary.ProtectWrite;
        var memory = KvmLibrary.Map(0, RomLength, readWrite, KvmLibrary.MapPrivate | KvmLibrary.MapAnonymous, -1, 0);
        Image().CopyTo(new Span<byte>((void*)memory, RomLength));
        var region = stackalloc ulong[4] { 0, Rom, RomLength, (ulong)memory };
        Check(KvmLibrary.Ioctl(vm, KvmIoctl.SetUserMemoryRegion, region), "map memory");
        _ = KvmLibrary.Ioctl(vm, KvmIoctl.SetTssAddr, unchecked((nint)0xfffb_d000));
        var vcpu = Check(KvmLibrary.Ioctl(vm, KvmIoctl.CreateVcpu, 0), "create a vCPU");
        var length = (nuint)Check(KvmLibrary.Ioctl(kvm, KvmIoctl.GetVcpuMmapSize, 0), "size the run page");
        var run = (KvmRun*)KvmLibrary.Map(0, length, readWrite, KvmLibrary.MapShared, vcpu, 0);
        try
        {
            return Measure(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    if (KvmLibrary.Ioctl(vcpu, KvmIoctl.Run, 0) < 0 || run->ExitReason != KvmConstants.ExitIo)
                        throw new InvalidOperationException($"exit {run->ExitReason} instead of a port write");
                }
            });
        }
        finally
        {
            KvmLibrary.Unmap((nint)run, length);
            KvmLibrary.Unmap(memory, RomLength);
            foreach (var descriptor in new[] { vcpu, vm, kvm })
                new DescriptorHandle(descriptor).Dispose();
        }
    }

    static void Program(Assembler c)
    {
        var again = c.CreateLabel();
        c.Label(ref again);
        c.@out(0x80, al);
        c.jmp(again);
    }

    static byte[] Image()
    {
        var image = new byte[RomLength];
        TinyGuest.Assemble(16, 0, Program).CopyTo(image, 0);
        new byte[] { 0xe9, 0x0d, 0x00 }.CopyTo(image, 0xfff0);
        return image;
    }

    static double Measure(Action thousand)
    {
        var clock = TimeProvider.System;
        for (var i = 0; i < 20; i++)
            thousand();
        var (started, count) = (clock.GetTimestamp(), 0L);
        for (; clock.GetElapsedTime(started) < Duration; count += 1000)
            thousand();
        return count / clock.GetElapsedTime(started).TotalSeconds;
    }

    static int Check(int result, string what) => result >= 0 ? result : throw new InvalidOperationException($"cannot {what}");

    sealed class CountingDevice : IBusDevice
    {
        public long Count { get; private set; }

        public void Read(ulong offset, Span<byte> data) => data.Clear();

        public void Write(ulong offset, ReadOnlySpan<byte> data) => Count++;
    }
}
