namespace Propolis.Vmm.Interop.Linux;

/// <summary>Request numbers of linux/kvm.h, in the order of the life of a virtual machine.</summary>
static class KvmIoctl
{
    public const nuint GetApiVersion = 0xae00;
    public const nuint CreateVm = 0xae01;
    public const nuint GetMsrIndexList = 0xc004ae02;
    public const nuint CheckExtension = 0xae03;
    public const nuint GetVcpuMmapSize = 0xae04;
    public const nuint GetSupportedCpuid = 0xc008ae05;

    public const nuint CreateVcpu = 0xae41;
    public const nuint GetDirtyLog = 0x4010ae42;
    public const nuint SetUserMemoryRegion = 0x4020ae46;
    public const nuint SetTssAddr = 0xae47;
    public const nuint SetIdentityMapAddr = 0x4008ae48;
    public const nuint CreateIrqchip = 0xae60;
    public const nuint IrqLine = 0x4008ae61;
    public const nuint GetIrqchip = 0xc208ae62;
    public const nuint SetIrqchip = 0x8208ae63;
    public const nuint Ioeventfd = 0x4040ae79;
    public const nuint CreatePit2 = 0x4040ae77;
    public const nuint SetClock = 0x4030ae7b;
    public const nuint GetClock = 0x8030ae7c;
    public const nuint GetPit2 = 0x8070ae9f;
    public const nuint SetPit2 = 0x4070aea0;
    public const nuint EnableCap = 0x4068aea3;
    public const nuint SignalMsi = 0x4020aea5;

    public const nuint Run = 0xae80;
    public const nuint GetRegs = 0x8090ae81;
    public const nuint SetRegs = 0x4090ae82;
    public const nuint GetMsrs = 0xc008ae88;
    public const nuint SetMsrs = 0x4008ae89;
    public const nuint GetLapic = 0x8400ae8e;
    public const nuint SetLapic = 0x4400ae8f;
    public const nuint SetCpuid2 = 0x4008ae90;
    public const nuint GetMpState = 0x8004ae98;
    public const nuint SetMpState = 0x4004ae99;
    public const nuint Nmi = 0xae9a;
    public const nuint GetVcpuEvents = 0x8040ae9f;
    public const nuint SetVcpuEvents = 0x4040aea0;
    public const nuint GetDebugregs = 0x8080aea1;
    public const nuint SetDebugregs = 0x4080aea2;
    public const nuint SetTscKhz = 0xaea2;
    public const nuint GetTscKhz = 0xaea3;
    public const nuint GetXsave = 0x9000aea4;
    public const nuint SetXsave = 0x5000aea5;
    public const nuint GetXcrs = 0x8188aea6;
    public const nuint SetXcrs = 0x4188aea7;
    public const nuint KvmclockCtrl = 0xaead;
    public const nuint GetSregs2 = 0x8140aecc;
    public const nuint SetSregs2 = 0x4140aecd;
    public const nuint GetXsave2 = 0x9000aecf;
    public const nuint SetDeviceAttr = 0x4018aee1;
    public const nuint GetDeviceAttr = 0x4018aee2;
    public const nuint HasDeviceAttr = 0x4018aee3;
}
