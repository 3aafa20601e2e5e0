using Iced.Intel;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Snapshots;
using static Iced.Intel.AssemblerRegisters;

namespace Propolis.Vmm.Tests.Machine;

public sealed class MachineBodyTests
{
    [Fact]
    public async Task Firmware_prints_and_switches_off()
    {
        await using var machine = new TinyMachine(code =>
        {
            foreach (var character in "hello") TinyRom.Print(code, character);
            TinyRom.PowerOff(code);
        });

        var outcome = await machine.OutcomeAsync();

        Assert.Equal(MachineOutcomeKind.GuestPowerOff, outcome.Kind);
        Assert.Equal("hello", await machine.PrintedAsync(text => text.Length >= 5));
    }

    [Theory]
    [InlineData(0xcf9, 0x06)]
    [InlineData(0x92, 0x01)]
    [InlineData(0x64, 0xfe)]
    public async Task Reset_through_each_port_starts_the_firmware_again(int port, int value)
    {
        // The first boot marks CMOS byte 0x50, which a reset leaves alone; the second finds the mark and switches off.
        await using var machine = new TinyMachine(code =>
        {
            var second = code.CreateLabel();
            TinyRom.Out(code, 0x70, 0x50);
            code.mov(dx, 0x71);
            code.@in(al, dx);
            code.cmp(al, 0x5a);
            code.je(second);
            TinyRom.Out(code, 0x70, 0x50);
            TinyRom.Out(code, 0x71, 0x5a);
            TinyRom.Print(code, '1');
            TinyRom.Out(code, (ushort)port, (byte)value);
            code.hlt();
            code.Label(ref second);
            TinyRom.Print(code, '2');
            TinyRom.PowerOff(code);
        });

        var outcome = await machine.OutcomeAsync();

        Assert.Equal(MachineOutcomeKind.GuestPowerOff, outcome.Kind);
        Assert.Equal("12", await machine.PrintedAsync(text => text.Length >= 2));
    }

    [Fact]
    public async Task Stop_ends_a_guest_that_does_nothing_but_loop()
    {
        await using var machine = new TinyMachine(Loop);
        await machine.PrintedAsync(text => text.StartsWith('>'));

        machine.Ask(MachineRequestKind.Stop);

        Assert.Equal(MachineOutcomeKind.Stopped, (await machine.OutcomeAsync()).Kind);
    }

    [Fact]
    public async Task Reboot_on_request_starts_over()
    {
        await using var machine = new TinyMachine(Loop);
        await machine.PrintedAsync(text => text.StartsWith('>'));

        await machine.AskOnceRunningAsync(new MachineRequest(MachineRequestKind.Reboot));

        await machine.PrintedAsync(text => text.Count(c => c == '>') == 2);
    }

    [Fact]
    public async Task Snapshot_goes_on_where_it_was_in_a_new_machine()
    {
        var file = new MemoryStream();
        await using (var source = new TinyMachine(TinyPrograms.Count))
        {
            await source.PrintedAsync(text => text.Contains('c'));
            await source.AskOnceRunningAsync(new MachineRequest(MachineRequestKind.Snapshot)
            {
                WhilePaused = () =>
                {
                    SnapshotWriter.Write(file, new SnapshotHeader("tiny", 0, "", ""), source.Body.Export(), source.Body.Hardware.Vm.Memory);
                    return Task.CompletedTask;
                },
                StopAfterwards = true,
            });
            await source.OutcomeAsync();
        }
        file.Position = 0;

        using var snapshot = SnapshotReader.Open(file, "memory");
        await using var target = new TinyMachine(TinyPrograms.Count, snapshot: snapshot);
        var printed = await target.PrintedAsync(text => text.Length >= 30);

        // Letters follow one another without a gap, and the start of the firmware ('>') is not seen again.
        Assert.DoesNotContain('>', printed);
        for (var i = 1; i < printed.Length; i++) Assert.Equal(printed[i - 1] == 'z' ? 'a' : (char)(printed[i - 1] + 1), printed[i]);
    }

    static void Loop(Assembler code)
    {
        var again = code.CreateLabel();
        TinyRom.Print(code, '>');
        code.Label(ref again);
        code.nop();
        code.jmp(again);
    }
}
