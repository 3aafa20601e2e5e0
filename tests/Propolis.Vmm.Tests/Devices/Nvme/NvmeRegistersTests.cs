using Propolis.Vmm.Block;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Nvme.Wire;

namespace Propolis.Vmm.Tests.Devices.Nvme;

public sealed class NvmeRegistersTests : IDisposable
{
    const uint Ready = 1;
    const uint Fatal = 2;
    const uint ShutdownComplete = 2 << 2;
    const uint SubsystemReset = 1 << 4;

    readonly MemoryBackend _disk = new(new byte[1 << 20]);
    readonly NvmeDriver _driver;

    public NvmeRegistersTests() => _driver = new NvmeDriver(_disk);

    [Fact]
    public void Capabilities_and_version_are_those_of_a_small_1_4_controller()
    {
        // MQES 65535, CQR, TO 120 s | NSSRS, NVM command set, 4 KiB pages only.
        Assert.Equal(0xf001_ffffu, _driver.ReadRegister(RegisterOffset.Capabilities));
        Assert.Equal(0x30u, _driver.ReadRegister(RegisterOffset.CapabilitiesHigh));
        Assert.Equal(0x0001_0400u, _driver.ReadRegister(RegisterOffset.Version));
    }

    [Fact]
    public void Registers_are_read_at_any_width_and_offset()
    {
        var whole = new byte[8];
        _driver.Chip.Read(0, whole);
        var part = new byte[2];
        _driver.Chip.Read(3, part);

        Assert.Equal([0xff, 0xff, 0x01, 0xf0, 0x30, 0, 0, 0], whole);
        Assert.Equal([0xf0, 0x30], part);
    }

    [Fact]
    public void Admin_queue_registers_stay_readable_and_fixed_while_enabled()
    {
        _driver.Enable();
        _driver.WriteRegister(RegisterOffset.AdminSubmissionQueue, 0xdead_0000);
        _driver.WriteRegister(RegisterOffset.AdminQueueAttributes, 0);

        Assert.Equal(Ready, _driver.Status);
        Assert.Equal((uint)NvmeDriver.AdminSubmission, _driver.ReadRegister(RegisterOffset.AdminSubmissionQueue));
        Assert.Equal((uint)NvmeDriver.AdminCompletion, _driver.ReadRegister(RegisterOffset.AdminCompletionQueue));
        Assert.Equal(0x001f_001fu, _driver.ReadRegister(RegisterOffset.AdminQueueAttributes));
    }

    [Fact]
    public void Quadword_write_sets_both_halves()
    {
        _driver.Chip.Write(RegisterOffset.AdminCompletionQueue, BitConverter.GetBytes(0x1_2345_6fffUL));

        Assert.Equal(0x2345_6000u, _driver.ReadRegister(RegisterOffset.AdminCompletionQueue));
        Assert.Equal(1u, _driver.ReadRegister(RegisterOffset.AdminCompletionQueueHigh));
    }

    [Theory]
    [InlineData(0x0046_0011)] // another command set
    [InlineData(0x0046_0081)] // 8 KiB pages
    [InlineData(0x0046_0801)] // weighted round robin
    public void Configuration_that_is_not_supported_fails_the_controller(uint configuration)
    {
        _driver.Enable(configuration);
        Assert.Equal(Fatal, _driver.Status);

        _driver.WriteRegister(RegisterOffset.Configuration, 0);
        Assert.Equal(0u, _driver.Status);
        _driver.Enable();
        Assert.Equal(Ready, _driver.Status);
    }

    [Fact]
    public void Admin_queue_outside_memory_fails_the_controller()
    {
        _driver.WriteRegister(RegisterOffset.AdminQueueAttributes, 0x001f_001f);
        _driver.WriteRegister(RegisterOffset.AdminSubmissionQueueHigh, 0x100);
        _driver.WriteRegister(RegisterOffset.Configuration, 0x0046_0001);

        Assert.Equal(Fatal, _driver.Status);
    }

    [Fact]
    public void Disabling_forgets_queues_and_masks_but_not_where_the_admin_queue_is()
    {
        _driver.Enable();
        _driver.WriteRegister(RegisterOffset.InterruptMaskSet, 5);
        Assert.Equal(5u, _driver.ReadRegister(RegisterOffset.InterruptMaskClear));

        _driver.WriteRegister(RegisterOffset.Configuration, 0x0046_0000);

        Assert.Equal(0u, _driver.Status);
        Assert.Equal(0u, _driver.ReadRegister(RegisterOffset.InterruptMaskSet));
        Assert.Equal((uint)NvmeDriver.AdminSubmission, _driver.ReadRegister(RegisterOffset.AdminSubmissionQueue));
    }

    [Fact]
    public void Reset_waits_for_what_is_in_flight_and_answers_none_of_it()
    {
        var disk = new HeldBackend(_disk.Geometry);
        using var driver = NvmeDriver.Ready(disk);
        driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data));

        driver.WriteRegister(RegisterOffset.Configuration, 0x0046_0000);
        Assert.Equal(Ready, driver.Status);
        driver.WriteRegister(RegisterOffset.Configuration, 0x0046_0001);
        Assert.Equal(Ready, driver.Status);
        driver.Pair(1).Put(NvmeDriver.Transfer(NvmOpcode.Read, 0, 1, NvmeDriver.Data));
        driver.Pair(1).RingTail();
        driver.Pump();
        disk.End(0);
        driver.Pump();

        Assert.Equal(Ready, driver.Status);
        Assert.Empty(disk.Held);
        Assert.Empty(driver.Pair(1).Take());
    }

    [Fact]
    public void Subsystem_reset_needs_its_word_and_is_reported()
    {
        _driver.Enable();
        _driver.WriteRegister(RegisterOffset.SubsystemReset, 1);
        Assert.Equal(Ready, _driver.Status);

        _driver.WriteRegister(RegisterOffset.SubsystemReset, 0x4e56_4d65);
        Assert.Equal(SubsystemReset, _driver.Status);
        Assert.Equal(0u, _driver.ReadRegister(RegisterOffset.Configuration));
        _driver.WriteRegister(RegisterOffset.Status, SubsystemReset);
        Assert.Equal(0u, _driver.Status);
    }

    [Fact]
    public void Shutdown_flushes_after_the_last_request()
    {
        var disk = new HeldBackend(_disk.Geometry);
        using var driver = NvmeDriver.Ready(disk);
        driver.Send(1, NvmeDriver.Transfer(NvmOpcode.Write, 0, 1, NvmeDriver.Data));

        driver.WriteRegister(RegisterOffset.Configuration, 0x0046_4001);
        Assert.Equal(BlockOperation.Write, Assert.Single(disk.Held).Operation);
        disk.End(0);
        driver.Pump();
        Assert.Equal(BlockOperation.Flush, Assert.Single(disk.Held).Operation);
        Assert.Equal(Ready | 1 << 2, driver.Status);
        disk.End(0);

        Assert.Equal(Ready | ShutdownComplete, driver.Status);
        driver.WriteRegister(RegisterOffset.Configuration, 0);
        Assert.Equal(0u, driver.Status);
    }

    [Fact]
    public void Odd_writes_are_dropped()
    {
        _driver.Chip.Write(RegisterOffset.Configuration, [1]);
        _driver.Chip.Write(RegisterOffset.Configuration + 1, BitConverter.GetBytes(1u));

        Assert.Equal(0u, _driver.ReadRegister(RegisterOffset.Configuration));
    }

    public void Dispose() => _driver.Dispose();
}
