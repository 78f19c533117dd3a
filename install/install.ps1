<#
.SYNOPSIS
Installs apim-probe on Windows and has it run every 15 minutes, or removes it.

.DESCRIPTION
The program goes to Program Files, options and reports to ProgramData\apim-probe. The runs are a Scheduled Task of
LOCAL SERVICE, which may write to the state folder and to nothing else of this. An upgrade keeps the config file;
removing keeps config and reports and says where they are. Works with Windows PowerShell 5.1 and later, as an
administrator. -WhatIf says every step and takes none.

.PARAMETER From
The executable. Default: apim-probe-win-x64.exe or apim-probe.exe beside this script or in ..\dist. It is checked
against the SHA256SUMS beside it, when there is one.

.PARAMETER Uninstall
Removes the task and the program.

.PARAMETER Purge
With -Uninstall: removes the config file as well.

.PARAMETER NoSchedule
Installs the program alone.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File install.ps1 -WhatIf
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [string] $From,
    [switch] $NoSchedule,
    [switch] $Uninstall,
    [switch] $Purge
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$program = Join-Path $env:ProgramFiles 'apim-probe'
$executable = Join-Path $program 'apim-probe.exe'
$data = Join-Path $env:ProgramData 'apim-probe'
$config = Join-Path $data 'config.yaml'
$state = Join-Path $data 'state'
$task = 'apim-probe'

# Account names are translated on a Windows in another language; SIDs are not.
$localService = 'S-1-5-19'
$localSystem = 'S-1-5-18'
$administrators = 'S-1-5-32-544'

function Stop-Installation([string] $Message) {
    [Console]::Error.WriteLine("install.ps1: $Message")
    exit 2
}

function Find-Executable {
    foreach ($folder in $PSScriptRoot, (Join-Path $PSScriptRoot '..\dist')) {
        foreach ($name in 'apim-probe-win-x64.exe', 'apim-probe.exe') {
            $candidate = Join-Path $folder $name
            if (Test-Path -LiteralPath $candidate -PathType Leaf) { return $candidate }
        }
    }
    Stop-Installation 'no apim-probe-win-x64.exe or apim-probe.exe beside this script: name it with -From'
}

# A renamed file is as good as under its own name.
function Test-Sum([string] $File) {
    $sums = Join-Path (Split-Path -Parent $File) 'SHA256SUMS'
    if (-not (Test-Path -LiteralPath $sums)) {
        Write-Output "note: no SHA256SUMS beside $File, so it is not checked"
        return
    }
    $sum = (Get-FileHash -LiteralPath $File -Algorithm SHA256).Hash.ToLowerInvariant()
    $listed = @{}
    foreach ($line in Get-Content -LiteralPath $sums) {
        if ($line -match '^([0-9a-f]{64}) [ *](.+)$') { $listed[$Matches[2]] = $Matches[1] }
    }
    $name = Split-Path -Leaf $File
    $known = if ($listed.ContainsKey($name)) { $listed[$name] -eq $sum } else { $listed.ContainsValue($sum) }
    if (-not $known) {
        Stop-Installation "$File does not match $sums (its sum is $sum). Fetch both again; nothing was changed"
    }
    Write-Output "checked: $File matches SHA256SUMS"
}

function Set-Rights([string] $Folder, [string] $ServiceRight) {
    & icacls.exe $Folder /inheritance:r /grant:r "*${localSystem}:(OI)(CI)F" "*${administrators}:(OI)(CI)F" `
        "*${localService}:(OI)(CI)$ServiceRight" | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "icacls could not set the rights of $Folder" }
}

# Any user may make a folder in ProgramData, and options may name a command that the task runs. A link there would
# change the rights of another folder.
function Test-Owner([string] $Path) {
    $item = Get-Item -LiteralPath $Path -Force -ErrorAction SilentlyContinue
    if ($null -eq $item) { return }
    if ($item.Attributes -band [IO.FileAttributes]::ReparsePoint) {
        Stop-Installation "$Path is a link: see where it leads, then remove it"
    }
    $owner = (Get-Acl -LiteralPath $Path).GetOwner([Security.Principal.SecurityIdentifier]).Value
    $me = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    if ($localSystem, $administrators, $me -notcontains $owner) {
        Stop-Installation "$Path belongs to $owner, who is not an administrator: see what it holds, then remove it"
    }
}

function Install-Program([string] $Source) {
    if (-not $PSCmdlet.ShouldProcess($executable, 'install')) { return }
    New-Item -ItemType Directory -Force -Path $program | Out-Null
    # Tested beside its final place first: a program that does not run here must not replace one that does.
    $new = Join-Path $program 'apim-probe.new.exe'
    Copy-Item -LiteralPath $Source -Destination $new -Force
    $works = try { & $new --version | Out-Null; $LASTEXITCODE -eq 0 } catch { $false }
    if (-not $works) {
        Remove-Item -LiteralPath $new -Force
        Stop-Installation "$Source does not run here; nothing was changed"
    }
    Move-Item -LiteralPath $new -Destination $executable -Force
}

function Install-Config {
    if ($PSCmdlet.ShouldProcess($data, 'make the folder, which LOCAL SERVICE may read')) {
        New-Item -ItemType Directory -Force -Path $data | Out-Null
        Set-Rights $data 'RX'
        # Until now other users could put files there.
        foreach ($path in $data, $config, $state) { Test-Owner $path }
    }
    if (Test-Path -LiteralPath $config) {
        Write-Output "kept: $config"
    }
    elseif ($PSCmdlet.ShouldProcess($config, 'install')) {
        Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'config.yaml') -Destination $config
    }
    if ($PSCmdlet.ShouldProcess($state, 'make the folder, for administrators and LOCAL SERVICE alone')) {
        New-Item -ItemType Directory -Force -Path $state | Out-Null
        # Once: the rights are handed down to what LOCAL SERVICE has put there since, hard links to other files included.
        if (-not (Get-Acl -LiteralPath $state).AreAccessRulesProtected) { Set-Rights $state 'M' }
    }
}

function Install-Task {
    if (-not $PSCmdlet.ShouldProcess($task, 'register the Scheduled Task, every 15 minutes as LOCAL SERVICE')) { return }
    $arguments = "run --quiet --config `"$config`" --state `"$state`" --output `"$state\report.json`""
    $action = New-ScheduledTaskAction -Execute $executable -Argument $arguments -WorkingDirectory $state
    # A random minute: VMs of one image must not all run in the same second.
    $start = (Get-Date).Date.AddMinutes((Get-Random -Minimum 0 -Maximum 15))
    $trigger = New-ScheduledTaskTrigger -Once -At $start -RepetitionInterval (New-TimeSpan -Minutes 15)
    $principal = New-ScheduledTaskPrincipal -UserId $localService -LogonType ServiceAccount -RunLevel Limited
    # The time limit of the systemd service; apim-probe.service explains it.
    $settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew `
        -ExecutionTimeLimit (New-TimeSpan -Minutes 130) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
    Register-ScheduledTask -TaskName $task -Action $action -Trigger $trigger -Principal $principal `
        -Settings $settings -Description 'Probes what Azure API Management depends on from this subnet' -Force | Out-Null
}

# An executable in use cannot be replaced on Windows.
function Stop-Task {
    $registered = Get-ScheduledTask -TaskName $task -ErrorAction SilentlyContinue
    if ($registered -and $PSCmdlet.ShouldProcess($task, 'stop the Scheduled Task')) {
        Stop-ScheduledTask -TaskName $task
        $giveUp = (Get-Date).AddSeconds(20)
        while ((Get-ScheduledTask -TaskName $task).State -eq 'Running' -and (Get-Date) -lt $giveUp) {
            Start-Sleep -Milliseconds 200
        }
    }
}

function Remove-One([string] $Path) {
    if ((Test-Path -LiteralPath $Path) -and $PSCmdlet.ShouldProcess($Path, 'remove')) {
        Remove-Item -LiteralPath $Path -Force -Recurse
    }
}

function Uninstall-All {
    Stop-Task
    if ((Get-ScheduledTask -TaskName $task -ErrorAction SilentlyContinue) -and
        $PSCmdlet.ShouldProcess($task, 'remove the Scheduled Task')) {
        Unregister-ScheduledTask -TaskName $task -Confirm:$false
    }
    Remove-One $program
    if ($Purge) { Remove-One $config }
    elseif (Test-Path -LiteralPath $config) { Write-Output "kept: $config (-Purge removes it)" }
    if (Test-Path -LiteralPath $state) { Write-Output "kept: the reports in $state" }
}

$identity = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    Stop-Installation 'this takes an administrator: start PowerShell with "Run as administrator"'
}
if ($Purge -and -not $Uninstall) { Stop-Installation '-Purge goes with -Uninstall' }

if ($Uninstall) {
    Uninstall-All
    return
}

if (-not $From) { $From = Find-Executable }
if (-not (Test-Path -LiteralPath $From -PathType Leaf)) {
    Stop-Installation "$From is not a file; name the executable with -From"
}
$From = (Resolve-Path -LiteralPath $From).ProviderPath
Test-Sum $From
if (-not $NoSchedule) {
    foreach ($path in $data, $config, $state) { Test-Owner $path }
}
Stop-Task
Install-Program $From
if (-not $NoSchedule) {
    Install-Config
    Install-Task
    if ($WhatIfPreference) { Write-Output 'Nothing was changed.' }
    else { Write-Output "Done. Name your resources in $config, then try it: Start-ScheduledTask $task" }
}
